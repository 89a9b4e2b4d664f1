package words

const Greeting = "hello from a package"
