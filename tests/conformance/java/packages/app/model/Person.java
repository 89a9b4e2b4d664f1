package app.model;

public record Person(String name) {}
