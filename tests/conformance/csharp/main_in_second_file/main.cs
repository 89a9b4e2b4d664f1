static class Helper
{
    public static string Text() { return "helper"; }
}
