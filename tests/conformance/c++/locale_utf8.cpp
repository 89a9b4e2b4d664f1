#include <clocale>
#include <iostream>
#include <locale>
#include <string>

int main()
{
    std::cout << std::locale("").name() << '\n';
    std::locale::global(std::locale(""));
    std::wcout << L"Ёлка " << std::wstring(3, L'ж') << L'\n';
    try {
        std::locale("xx_XX.UTF-8");
    } catch (const std::runtime_error &error) {
        std::cerr << error.what() << '\n';
    }
}
