interface Program {
    static void main(String[] args) {
        System.out.println("an interface");
    }
}
