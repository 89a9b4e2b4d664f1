#include <iostream>
#include <string>

int main()
{
    std::ios::sync_with_stdio(false);
    int n, sum = 0;
    std::cin >> n;
    for (int i = 0, value; i < n && std::cin >> value; i++)
        sum += value;
    std::cout << sum << '\n';
    std::string line;
    std::getline(std::cin, line);
    while (std::getline(std::cin, line))
        std::cout << '[' << line << "]\n";
    std::cout << std::boolalpha << static_cast<bool>(std::cin >> n) << '\n';
}
