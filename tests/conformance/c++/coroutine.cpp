#include <coroutine>
#include <iostream>

struct Numbers {
    struct promise_type {
        int value;
        Numbers get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        std::suspend_always yield_value(int next) { value = next; return {}; }
        void return_void() {}
        void unhandled_exception() {}
    };
    std::coroutine_handle<promise_type> handle;
    ~Numbers() { handle.destroy(); }
};

Numbers count(int to)
{
    for (int i = 0; i < to; i++)
        co_yield i;
}

int main()
{
    Numbers numbers = count(4);
    for (numbers.handle.resume(); !numbers.handle.done(); numbers.handle.resume())
        std::cout << numbers.handle.promise().value << '\n';
}
