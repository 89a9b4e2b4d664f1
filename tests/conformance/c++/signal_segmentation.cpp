#include <iostream>
#include <vector>

int main()
{
    std::cerr << "here it comes\n";
    std::cout << "lost";
    std::vector<int> *volatile nothing = nullptr;
    return nothing->size();
}
