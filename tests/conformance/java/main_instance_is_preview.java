void main() {
    System.out.println("an unnamed class");
}
