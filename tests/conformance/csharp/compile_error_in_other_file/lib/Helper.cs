class Helper
{
    public static string Name() { return 5; }
}
