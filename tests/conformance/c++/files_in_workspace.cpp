#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <string>

int main()
{
    namespace fs = std::filesystem;
    std::ifstream source("main.cpp");
    std::string line;
    std::getline(source, line);
    std::cout << line << '\n' << fs::current_path() << '\n';
    std::ofstream("made.txt") << "kept";
    fs::remove("main.cpp");
    std::set<fs::path> names(fs::directory_iterator("."), fs::directory_iterator{});
    for (const auto &name : names)
        std::cout << name << '\n';
}
