/* Driver: runs a fuzz target over every file of its corpus, as an ordinary test with any compiler.
 *
 *   fuzz_csv FOLDER...
 *
 * The same targets are built with libFuzzer by `./run fuzz`, without this file. Prints how many
 * inputs ran; a folder without files is a failure, so that a lost corpus is noticed. When an input
 * ends the process, its name is the last line printed. Each input is in a block of its own size, so
 * that the sanitizers see a byte read too far. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int complain(const char *path, const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", path, what);
    return EXIT_FAILURE;
}

static int run_file(const char *path)
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    uint8_t *data;
    size_t got;
    size_t size;

    if (f == NULL || fstat(fileno(f), &st) != 0)
        return complain(path, strerror(errno));
    size = (size_t)st.st_size;
    data = malloc(size > 0 ? size : 1);
    if (data == NULL)
        return complain(path, "no memory");
    got = fread(data, 1, size, f);
    (void)fclose(f);
    if (got != size) {
        free(data);
        return complain(path, "cannot be read");
    }
    (void)printf("%s\n", path);
    (void)fflush(stdout);
    (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
    return EXIT_SUCCESS;
}

/* readdir's order is the file system's; a failure should not depend on it. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int run_folder(const char *folder)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, is_visible, by_name);
    int result = EXIT_SUCCESS;

    if (n < 0)
        return complain(folder, strerror(errno));
    for (int i = 0; i < n; i++) {
        size_t room = strlen(folder) + strlen(entries[i]->d_name) + 2;
        char *path = malloc(room);

        if (path == NULL)
            return complain(folder, "no memory");
        (void)snprintf(path, room, "%s/%s", folder, entries[i]->d_name);
        if (result == EXIT_SUCCESS)
            result = run_file(path);
        free(path);
        free(entries[i]);
    }
    free(entries);
    (void)printf("%s: %d inputs\n", folder, n);
    return n == 0 ? complain(folder, "no inputs: nothing was tested") : result;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return complain(argv[0], "give the folders of the corpus");
    for (int i = 1; i < argc; i++)
        if (run_folder(argv[i]) != EXIT_SUCCESS)
            return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
