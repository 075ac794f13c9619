/* read-script FILE: how many steps the player would find in it, or why it would not take it. */
#include <stdio.h>

#include "core/script.h"

int main(int argc, char **argv)
{
    struct error err = ERROR_NONE;
    struct script *script;

    if (argc != 2 || script_load(&script, argv[1], true, &err) < 0) {
        error_print("read-script", &err);
        return 1;
    }
    printf("%zu\n", script->count);
    script_free(script);
    return 0;
}
