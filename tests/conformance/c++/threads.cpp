#include <atomic>
#include <future>
#include <iostream>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

thread_local int mine = 0;

int main()
{
    std::atomic<long> total = 0;
    std::mutex mutex;
    long guarded = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; i++)
            threads.emplace_back([&, i] {
                for (int j = 0; j < 1000; j++, mine++) {
                    total += i;
                    std::scoped_lock lock(mutex);
                    guarded += mine;
                }
            });
    }
    auto later = std::async(std::launch::async, [] { return 6 * 7; });
    std::cout << total << ' ' << guarded << ' ' << mine << ' ' << later.get() << '\n';
}
