#include <cstdio>

int main()
{
    std::vector<int> numbers{1, 2, 3};
    std::printf("%zu\n", numbers.size());
}
