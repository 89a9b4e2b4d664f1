#include <iostream>

int main()
{
    std::vector<int> numbers{1, 2, 3};
    std::map<int, int> pairs;
    std::cout << numbers.size() << std::sqrt(2.0) << '\n';
}
