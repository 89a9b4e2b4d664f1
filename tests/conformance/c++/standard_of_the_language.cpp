#include <compare>
#include <coroutine>
#include <iostream>
#include <ranges>
#include <string_view>
#include <vector>

struct Point {
    int x, y;
    auto operator<=>(const Point &) const = default;
};

constexpr int square(int n)
{
    return n * n;
}

int main()
{
    std::vector<int> numbers{1, 2, 3, 4, 5, 6};
    auto squares = numbers | std::views::filter([](int n) { return n % 2; }) | std::views::transform(square);
    for (int n : squares)
        std::cout << n << ' ';
    std::cout << (Point{1, 2} < Point{1, 3}) << ' ' << __cplusplus << '\n';
    using namespace std::string_view_literals;
    std::cout << "view"sv.starts_with("vi") << '\n';
    Point p{.x = 3, .y = 4};
    auto &[x, y] = p;
    std::cout << x + y << ' ' << __FILE__ << ' ' << __OPTIMIZE__ << '\n';
}
