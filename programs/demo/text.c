/* text.c: numbers as people read them. */
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *text_count(uint64_t n, char text[TEXT_MAX])
{
    char digits[TEXT_MAX];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    char *end = text;

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *end++ = ',';
        *end++ = digits[i];
    }
    *end = '\0';
    return text;
}

const char *text_span(uint64_t ns, char text[TEXT_MAX])
{
    static const char *const units[] = {"us", "ms", "s"};
    double value = (double)ns;
    const char *unit = "ns";

    for (size_t i = 0; i < 3 && value >= 1000; i++) {
        value /= 1000;
        unit = units[i];
    }
    int decimals = ns < 1000 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
    snprintf(text, TEXT_MAX, "%.*f %s", decimals, value, unit);
    return text;
}

const char *text_rate(uint64_t bytes, uint64_t ns, char text[TEXT_MAX])
{
    snprintf(text, TEXT_MAX, "%.1f", ns ? (double)bytes * 1e3 / (double)ns : 0.0);
    return text;
}
