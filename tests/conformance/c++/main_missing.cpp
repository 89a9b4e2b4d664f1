namespace inner {
int main()
{
    return 0;
}
}
