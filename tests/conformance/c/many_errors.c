#define DECLARE(n) int f##n(void) { return undeclared##n; }
DECLARE(1) DECLARE(2) DECLARE(3) DECLARE(4) DECLARE(5)

int main(void)
{
	"x" + ;
}
