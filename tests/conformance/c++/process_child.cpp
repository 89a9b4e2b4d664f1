#include <cstdlib>
#include <iostream>
#include <sys/wait.h>
#include <unistd.h>

int main()
{
    if (fork() == 0)
        _exit(5);
    int status;
    wait(&status);
    std::cout << WEXITSTATUS(status) << std::endl;
    return WEXITSTATUS(std::system("echo from a shell; exit 9"));
}
