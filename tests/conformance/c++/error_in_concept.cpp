#include <concepts>
#include <string>

template <std::integral T> T twice(T value)
{
    return 2 * value;
}

int main()
{
    return twice(std::string("text"));
}
