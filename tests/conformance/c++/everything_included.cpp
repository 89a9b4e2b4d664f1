#include <bits/stdc++.h>
using namespace std;

int main()
{
    map<string, vector<int>> found;
    for (int i = 0; i < 10; i++)
        found[i % 2 ? "odd" : "even"].push_back(i);
    for (auto &[name, numbers] : found)
        cout << name << ' ' << accumulate(begin(numbers), end(numbers), 0) << '\n';
}
