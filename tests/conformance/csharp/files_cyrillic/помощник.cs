static class Помощник
{
    public static string Имя() { return typeof(Помощник).FullName; }
}
