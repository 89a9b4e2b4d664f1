// A little of everything that short programs do; the same in every language, byte for byte.
#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <memory>
#include <numeric>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

// A linear congruential generator of 32 bits.
class Random {
public:
    explicit Random(std::uint32_t seed) : state_(seed) {}

    int below(int limit)
    {
        state_ = state_ * 1664525u + 1013904223u;
        return static_cast<int>(state_ >> 16) % limit;
    }

private:
    std::uint32_t state_;
};

struct Shape {
    virtual ~Shape() = default;
    virtual std::string name() const = 0;
    virtual int area() const = 0;
};

class Rectangle : public Shape {
public:
    Rectangle(int width, int height) : width_(width), height_(height) {}
    std::string name() const override { return "rectangle"; }
    int area() const override { return width_ * height_; }

private:
    int width_, height_;
};

class Circle : public Shape {
public:
    explicit Circle(int radius) : radius_(radius) {}
    std::string name() const override { return "circle"; }
    int area() const override { return 3 * radius_ * radius_; }

private:
    int radius_;
};

using Matrix = std::vector<std::vector<int>>;

std::vector<int> primes(int limit)
{
    std::vector<bool> sieve(limit, true);
    std::vector<int> found;
    for (int number = 2; number < limit; ++number) {
        if (!sieve[number])
            continue;
        found.push_back(number);
        for (std::int64_t multiple = std::int64_t{number} * number; multiple < limit; multiple += number)
            sieve[multiple] = false;
    }
    return found;
}

Matrix matrix(Random &random, int size)
{
    Matrix made(size, std::vector<int>(size));
    for (auto &row : made)
        std::ranges::generate(row, [&] { return random.below(10); });
    return made;
}

Matrix product(const Matrix &a, const Matrix &b)
{
    Matrix made(a.size(), std::vector<int>(b[0].size()));
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < b[0].size(); ++j)
            for (std::size_t k = 0; k < b.size(); ++k)
                made[i][j] += a[i][k] * b[k][j];
    return made;
}

std::string text(Random &random, int words)
{
    std::string made;
    for (int i = 0; i < words; ++i) {
        if (i > 0)
            made += ' ';
        const int length = 1 + random.below(3);
        for (int j = 0; j < length; ++j)
            made += "abcd"[random.below(4)];
    }
    return made;
}

int distance(std::string_view a, std::string_view b)
{
    std::vector<int> previous(b.size() + 1), current(b.size() + 1);
    std::iota(previous.begin(), previous.end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = static_cast<int>(i);
        for (std::size_t j = 1; j <= b.size(); ++j)
            current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a[i - 1] != b[j - 1])});
        std::swap(previous, current);
    }
    return previous.back();
}

auto counter(int step)
{
    return [count = 0, step]() mutable { return count += step; };
}

int fib(int n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int main()
{
    int total = 0;
    for (std::string line; std::getline(std::cin, line);)
        total += std::stoi(line);
    std::cout << "sum " << total << '\n';
    Random random(42);
    const auto found = primes(20000);
    std::cout << "primes " << found.size() << " last " << found.back() << " sum "
              << std::accumulate(found.begin(), found.end(), 0) << '\n';
    const auto a = matrix(random, 24), b = matrix(random, 24), c = product(a, b);
    int trace = 0, checksum = 0;
    for (std::size_t i = 0; i < c.size(); ++i) {
        trace += c[i][i];
        for (int value : c[i])
            checksum = (checksum * 31 + value) % 1000003;
    }
    std::cout << "matrix trace " << trace << " checksum " << checksum << '\n';
    const auto written = text(random, 1200);
    std::unordered_map<std::string, int> counts;
    std::istringstream words(written);
    for (std::string word; words >> word;)
        ++counts[word];
    std::cout << "text " << written.size() << " distinct " << counts.size() << '\n';
    std::vector<std::pair<std::string, int>> ranked(counts.begin(), counts.end());
    std::ranges::sort(ranked, {}, [](const auto &one) { return std::pair(-one.second, one.first); });
    for (int i = 0; i < 5; ++i)
        std::cout << "word " << ranked[i].first << ' ' << ranked[i].second << '\n';
    const std::string_view view = written;
    std::cout << "distance " << distance(view.substr(0, 60), view.substr(view.size() - 60)) << '\n';
    std::vector<std::unique_ptr<Shape>> shapes;
    for (int i = 1; i <= 30; ++i) {
        if (i % 2 == 0)
            shapes.push_back(std::make_unique<Rectangle>(i, i + 1));
        else
            shapes.push_back(std::make_unique<Circle>(i));
    }
    for (const std::string kind : {"rectangle", "circle"}) {
        int count = 0, area = 0;
        for (const auto &shape : shapes)
            if (shape->name() == kind)
                ++count, area += shape->area();
        std::cout << kind << ' ' << count << ' ' << area << '\n';
    }
    auto by_three = counter(3), by_seven = counter(7);
    for (int i = 0; i < 5; ++i)
        by_three();
    const int three = by_three();
    std::cout << "counters " << three << ' ' << by_seven() << '\n';
    std::string squares;
    for (int i = 0; i < 20; ++i)
        squares += (i ? "," : "") + std::to_string(i * i);
    std::ranges::reverse(squares);
    std::cout << "squares " << squares << "\nfib " << fib(18) << '\n';
}
