#include <iostream>

#include "слова и буквы.h"

int main()
{
    std::cout << привет << ' ' << __FILE__ << std::endl;
    return опечатка;
}
