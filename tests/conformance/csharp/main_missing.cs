class Nothing
{
    static int Twice(int x) { return 2 * x; }
}
