#include "parts.hpp"

int main()
{
    return one() + two() + three();
}
