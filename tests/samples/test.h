/* cmocka, with the headers that it wants before itself. */
#ifndef STRETTO_TESTS_SAMPLES_TEST_H
#define STRETTO_TESTS_SAMPLES_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
