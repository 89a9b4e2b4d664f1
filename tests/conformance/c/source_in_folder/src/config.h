#define NAME "configured"
