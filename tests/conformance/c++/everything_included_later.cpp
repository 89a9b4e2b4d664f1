#define _GLIBCXX_ASSERTIONS
#include <cstdio>
#include <bits/stdc++.h>

int main()
{
    std::vector<int> numbers{1, 2, 3};
    std::fprintf(stderr, "reading behind the end\n");
    return numbers[numbers.size() + std::min(0, 1)];
}
