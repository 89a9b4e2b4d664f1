/* A little of everything that short programs do; the same in every language, byte for byte. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 20000, SIZE = 24, WORDS = 1200, PART = 60, SHAPES = 30 };

/* A linear congruential generator of 32 bits. */
struct random {
    uint32_t state;
};

static int below(struct random *random, int limit)
{
    random->state = random->state * 1664525u + 1013904223u;
    return (int)(random->state >> 16) % limit;
}

enum kind { RECTANGLE, CIRCLE };

struct shape {
    enum kind kind;
    union {
        struct {
            int width, height;
        };
        int radius;
    };
};

static int area(const struct shape *shape)
{
    return shape->kind == RECTANGLE ? shape->width * shape->height : 3 * shape->radius * shape->radius;
}

/* What other languages capture in a closure. */
struct counter {
    int count, step;
};

static int advance(struct counter *counter)
{
    return counter->count += counter->step;
}

struct word {
    char text[4];
    int count;
};

static int compare_words(const void *left, const void *right)
{
    const struct word *a = left, *b = right;
    return a->count != b->count ? b->count - a->count : strcmp(a->text, b->text);
}

static void primes(int limit)
{
    bool *composite = calloc((size_t)limit, sizeof *composite);
    int count = 0, last = 0, sum = 0;
    for (int number = 2; number < limit; number++) {
        if (composite[number])
            continue;
        count++, last = number, sum += number;
        for (int64_t multiple = (int64_t)number * number; multiple < limit; multiple += number)
            composite[multiple] = true;
    }
    printf("primes %d last %d sum %d\n", count, last, sum);
    free(composite);
}

static void fill(struct random *random, int matrix[SIZE][SIZE])
{
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++)
            matrix[i][j] = below(random, 10);
}

static void product(struct random *random)
{
    int a[SIZE][SIZE], b[SIZE][SIZE], trace = 0, checksum = 0;
    fill(random, a);
    fill(random, b);
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++) {
            int sum = 0;
            for (int k = 0; k < SIZE; k++)
                sum += a[i][k] * b[k][j];
            checksum = (checksum * 31 + sum) % 1000003;
            trace += i == j ? sum : 0;
        }
    printf("matrix trace %d checksum %d\n", trace, checksum);
}

/* WORDS words of up to three letters, with a space after each but the last. */
static char *text(struct random *random)
{
    char *written = malloc(WORDS * 4), *end = written;
    for (int i = 0; i < WORDS; i++) {
        int length = 1 + below(random, 3);
        for (int j = 0; j < length; j++)
            *end++ = "abcd"[below(random, 4)];
        *end++ = ' ';
    }
    end[-1] = '\0';
    return written;
}

static void frequencies(const char *written)
{
    struct word words[WORDS];
    int distinct = 0;
    char *copy = strdup(written);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        int i = 0;
        while (i < distinct && strcmp(words[i].text, word) != 0)
            i++;
        if (i == distinct) {
            strcpy(words[distinct].text, word);
            words[distinct++].count = 0;
        }
        words[i].count++;
    }
    qsort(words, (size_t)distinct, sizeof *words, compare_words);
    printf("text %zu distinct %d\n", strlen(written), distinct);
    for (int i = 0; i < 5; i++)
        printf("word %s %d\n", words[i].text, words[i].count);
    free(copy);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int distance(const char *a, const char *b, int length)
{
    int previous[PART + 1], current[PART + 1];
    for (int j = 0; j <= length; j++)
        previous[j] = j;
    for (int i = 1; i <= length; i++) {
        current[0] = i;
        for (int j = 1; j <= length; j++) {
            int replaced = previous[j - 1] + (a[i - 1] != b[j - 1]);
            current[j] = least(replaced, least(previous[j], current[j - 1]) + 1);
        }
        memcpy(previous, current, sizeof previous);
    }
    return previous[length];
}

static void shapes(void)
{
    static const char *const names[] = {[RECTANGLE] = "rectangle", [CIRCLE] = "circle"};
    int counts[2] = {0}, areas[2] = {0};
    for (int i = 1; i <= SHAPES; i++) {
        struct shape shape = {.kind = i % 2 == 0 ? RECTANGLE : CIRCLE};
        if (shape.kind == RECTANGLE)
            shape.width = i, shape.height = i + 1;
        else
            shape.radius = i;
        counts[shape.kind]++;
        areas[shape.kind] += area(&shape);
    }
    for (int kind = RECTANGLE; kind <= CIRCLE; kind++)
        printf("%s %d %d\n", names[kind], counts[kind], areas[kind]);
}

static void squares(void)
{
    char joined[100];
    int length = 0;
    for (int i = 0; i < 20; i++)
        length += sprintf(joined + length, i ? ",%d" : "%d", i * i);
    printf("squares ");
    while (length > 0)
        putchar(joined[--length]);
    putchar('\n');
}

static int fib(int n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

int main(void)
{
    char line[32];
    int sum = 0;
    while (fgets(line, sizeof line, stdin) != NULL)
        sum += atoi(line);
    printf("sum %d\n", sum);
    struct random random = {42};
    primes(LIMIT);
    product(&random);
    char *written = text(&random);
    frequencies(written);
    printf("distance %d\n", distance(written, written + strlen(written) - PART, PART));
    free(written);
    shapes();
    struct counter by_three = {0, 3}, by_seven = {0, 7};
    for (int i = 0; i < 5; i++)
        advance(&by_three);
    printf("counters %d %d\n", advance(&by_three), advance(&by_seven));
    squares();
    printf("fib %d\n", fib(18));
    return 0;
}
