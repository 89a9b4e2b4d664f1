#include <iostream>
#include <boost/nowhere.hpp>

int main()
{
}
