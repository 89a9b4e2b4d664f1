struct point {
	int x, y;
};

int main(void)
{
	struct point p = {1, 2};
	int *q = p;
	p.z = 3;
	return missing(q);
}
