static_assert(sizeof(int) == 8, "an int has four bytes");

int main()
{
    constexpr int zero = 0;
    constexpr int wrong = 1 / zero;
    return wrong;
}
