/* Plays the files of a folder through a fuzz target. */
#include <dirent.h>
#include <string.h>

#include "core/buf.h"
#include "fuzz.h"

#define INPUT_MAX (16u << 20)

static void play(const char *path)
{
    struct buf input;
    uint8_t *exact;

    buf_init(&input, INPUT_MAX);
    if (buf_add_file(&input, path) < 0) {
        perror(path);
        exit(1);
    }
    puts(path);
    fflush(stdout); /* the last one named is the one that crashed */
    /* without the terminator of a struct buf, so that a sanitizer sees a byte read too far */
    exact = malloc(input.len ? input.len : 1);
    PROMISE(exact);
    memcpy(exact, input.data, input.len);
    LLVMFuzzerTestOneInput(exact, input.len);
    free(exact);
    buf_release(&input);
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    int count;
    int played = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    count = scandir(argv[1], &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char path[4096];

        snprintf(path, sizeof(path), "%s/%s", argv[1], entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') {
            play(path);
            played++;
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    printf("%d inputs\n", played);
    return played ? 0 : 1;
}
