#include <ctime>
#include <iomanip>
#include <iostream>

int main()
{
    std::time_t moment = 1700000000;
    std::cout << std::put_time(std::localtime(&moment), "%F %T %Z %z") << '\n';
}
