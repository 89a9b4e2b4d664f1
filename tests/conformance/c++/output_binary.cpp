#include <iostream>

int main()
{
    for (int c = 0; c < 256; c++)
        std::cout.put(static_cast<char>(c));
    std::cerr.write("\xff\0\xfe", 3);
}
