#include <stdexcept>

struct Thrower {
    ~Thrower() { throw std::logic_error("from a destructor"); }
};

int main()
{
    Thrower thrower;
}
