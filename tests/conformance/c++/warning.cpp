#include <iostream>

#warning "on request"

int nothing()
{
}

int main()
{
    char *text = "writable";
    std::cout << text << '\n';
}
