#include <iostream>

int main()
{
    for (int i = 0; i < 60000; i++)
        std::cout << "line " << i << " of many\n";
}
