#ifndef SHAPE_H
#define SHAPE_H
struct shape {
	int width, height;
};
int area(const struct shape *shape);
const char *where(void);
#endif
