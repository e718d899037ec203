/* ln(exp(w0 x0) + exp(w1 x1) + exp(w2 x2)) and its gradient, for `wengert check`.
 *
 *     cc -O2 function.c -o function -lm
 *     wengert check -- ./function
 *     wengert check -- ./function wrong
 *
 * The reader of questions assumes that a question is one line, as it is, and that its inputs have
 * the shapes that were described, as they have. So no JSON is parsed: the numbers behind a name are
 * read, whatever brackets, commas and quotes stand between them.
 */

#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 3 };

static double value(const double x[N], const double w[N])
{
    double sum = 0.0;
    for (int i = 0; i < N; i++)
        sum += exp(w[i] * x[i]);
    return log(sum);
}

static void gradient(const double x[N], const double w[N], bool wrong,
                     double by_x[N], double by_w[N])
{
    double sum = exp(value(x, w));
    for (int i = 0; i < N; i++) {
        double share = exp(w[i] * x[i]) / sum;
        by_x[i] = share * w[i];
        by_w[i] = share * (wrong ? -x[i] : x[i]);
    }
}

/* Reads n numbers behind a name in quotes. */
static bool read_numbers(const char *line, const char *name, double *numbers, int n)
{
    const char *at = strstr(line, name);
    if (!at)
        return false;
    at += strlen(name);
    for (int i = 0; i < n; i++) {
        at += strspn(at, " \t:[],\"");
        char *end;
        numbers[i] = strtod(at, &end); /* of NaN and Infinity, too */
        if (end == at)
            return false;
        at = end;
    }
    return true;
}

static void print_numbers(const char *before, const double *numbers, int n)
{
    printf("%s", before);
    for (int i = 0; i < n; i++) {
        const char *comma = i ? ", " : "";
        if (isnan(numbers[i]))
            printf("%s\"NaN\"", comma);
        else if (isinf(numbers[i]))
            printf("%s\"%sInfinity\"", comma, numbers[i] < 0.0 ? "-" : "");
        else
            printf("%s%.17g", comma, numbers[i]);
    }
}

static void answer(const char *line, bool wrong)
{
    double x[N], w[N], u, by_x[N], by_w[N];
    const char *ask = strstr(line, "\"ask\"");
    const char *inputs = strstr(line, "\"inputs\""); /* the base has the same names */
    if (ask && strncmp(ask + 5 + strspn(ask + 5, " \t:\""), "describe", 8) == 0) {
        printf("{\"name\": \"log-sum-exp\", "
               "\"inputs\": {\"x\": [0.5, -1.0, 2.0], \"w\": [1.0, 0.3, -0.7]}}\n");
    } else if (!inputs || !read_numbers(inputs, "\"x\"", x, N)
               || !read_numbers(inputs, "\"w\"", w, N)) {
        printf("{\"error\": \"a question without the numbers of x and w\"}\n");
    } else if (!read_numbers(line, "\"cotangent\"", &u, 1)) {
        double y = value(x, w);
        print_numbers("{\"value\": ", &y, 1);
        printf("}\n");
    } else {
        gradient(x, w, wrong, by_x, by_w);
        for (int i = 0; i < N; i++) {
            by_x[i] *= u;
            by_w[i] *= u;
        }
        print_numbers("{\"gradient\": {\"x\": [", by_x, N);
        print_numbers("], \"w\": [", by_w, N);
        printf("]}}\n");
    }
    fflush(stdout); /* or the answer stays in a buffer, and the check waits */
}

int main(int argc, char **argv)
{
    bool wrong = argc > 1 && strcmp(argv[1], "wrong") == 0;
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0)
        answer(line, wrong);
    free(line);
    return 0;
}
