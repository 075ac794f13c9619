/* stretto COMMAND ...: finds and executes stretto-COMMAND, as git does.
 *
 * It looks beside itself first (a build tree, a private install), then along PATH; so a load
 * generator can have the player alone, and anybody can add a command. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] = "usage: stretto COMMAND [arguments]\n"
                            "\n"
                            "  record    a browser session, through a proxy, into a script\n"
                            "  import    a HAR file, of a browser or a proxy, into a script\n"
                            "  check     a script: what it does, what is unresolved, why it fails\n"
                            "  play      a script as a crowd of staggered sessions, into a run\n"
                            "  analyze   runs into pictures and numbers\n"
                            "  parrot    a server made from a script, to play against\n"
                            "\n"
                            "'stretto COMMAND --help' tells the rest\n";

static void exec_beside(const char *command, char **argv)
{
    char self[PATH_MAX];
    char path[PATH_MAX + NAME_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n <= 0)
        return;
    self[n] = 0;
    snprintf(path, sizeof(path), "%s/%s", dirname(self), command);
    execv(path, argv);
}

int main(int argc, char **argv)
{
    char command[NAME_MAX];

    if (argc < 2) {
        fputs(usage, stderr);
        return 2;
    }
    if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("stretto " STRETTO_VERSION);
        return 0;
    }
    snprintf(command, sizeof(command), "stretto-%s", argv[1]);
    if (!strchr(argv[1], '/')) {
        exec_beside(command, argv + 1);
        execvp(command, argv + 1);
    }
    fprintf(stderr,
            "stretto: no command '%s' here (no %s beside this program or in PATH); "
            "'stretto --help' lists them\n",
            argv[1], command);
    return 2;
}
