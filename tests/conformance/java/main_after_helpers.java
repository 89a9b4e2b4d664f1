import java.util.ArrayDeque;

class Node {
    final int value;
    Node(int value) { this.value = value; }
}

interface Visitor { void visit(Node node); }

class Application {
    public static void main(String[] args) {
        var queue = new ArrayDeque<Node>();
        queue.add(new Node(7));
        Visitor visitor = node -> System.out.println("value " + node.value);
        queue.forEach(visitor::visit);
    }
}
