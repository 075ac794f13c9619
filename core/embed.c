/* embed OUT.c HEADER NAME FILE...: writes the files as C arrays, so that an installed program needs
 * no directory of them.  HEADER declares what is written: struct NAME_file {path, bytes, len},
 * NAME_files[] and NAME_count.  Runs while building. */
#include <stdio.h>
#include <string.h>

static int embed(FILE *out, const char *path, int number)
{
    FILE *in = fopen(path, "rb");
    int c;

    if (!in) {
        fprintf(stderr, "embed: cannot open %s: %m\n", path);
        return -1;
    }
    fprintf(out, "static const unsigned char file_%d[] = {", number);
    for (long i = 0; (c = getc(in)) != EOF; i++)
        fprintf(out, "%s%d,", i % 24 ? "" : "\n    ", c);
    fprintf(out, "0};\n\n");
    return fclose(in);
}

static void list(FILE *out, const char *what, int count, char **paths)
{
    fprintf(out, "const struct %s_file %s_files[] = {\n", what, what);
    for (int i = 0; i < count; i++) {
        const char *name = strrchr(paths[i], '/');

        fprintf(out, "    {\"/%s\", file_%d, sizeof(file_%d) - 1},\n", name ? name + 1 : paths[i],
                i, i);
    }
    fprintf(out, "};\n\nconst size_t %s_count = %d;\n", what, count);
}

int main(int argc, char **argv)
{
    FILE *out;

    if (argc < 5) {
        fprintf(stderr, "usage: embed OUT.c HEADER NAME FILE...\n");
        return 2;
    }
    out = fopen(argv[1], "w");
    if (!out) {
        fprintf(stderr, "embed: cannot create %s: %m\n", argv[1]);
        return 1;
    }
    fprintf(out, "#include \"%s\"\n\n", argv[2]);
    for (int i = 4; i < argc; i++) {
        if (embed(out, argv[i], i - 4) < 0)
            return 1;
    }
    list(out, argv[3], argc - 4, argv + 4);
    return fclose(out) == 0 ? 0 : 1;
}
