# The rules of tools/layers over the C files named as arguments (paths from the root: src/..., tests/...).
# Prints violations; exit code 1 when there is one. Written for POSIX awk (mawk, gawk, busybox).

BEGIN {
    # Includes go from a higher level to the same folder or a lower level.
    level["main"] = 6; level["cli"] = 5; level["etl"] = 4
    level["source/movielens"] = 3; level["source/tmdb"] = 3; level["stage"] = 3; level["check"] = 3
    level["merge"] = 3; level["store"] = 3; level["report"] = 3
    level["model"] = 2; level["base"] = 1

    # The one header of a folder that others may include; base and model have one per module.
    public["cli"] = "cli/cli.h"; public["etl"] = "etl/etl.h"
    public["source/movielens"] = "source/movielens/movielens.h"; public["source/tmdb"] = "source/tmdb/tmdb.h"
    public["stage"] = "stage/stage.h"; public["check"] = "check/check.h"; public["merge"] = "merge/merge.h"
    public["store"] = "store/store.h"; public["report"] = "report/report.h"

    # Headers from outside: the folder that may include them.
    third["curl/"] = "source/tmdb"; third["jansson.h"] = "source/tmdb"; third["yaml.h"] = "stage"
    third["sqlite3.h"] = "store/sqlite"; third["mysql.h"] = "store/mysql"; third["mysql/"] = "store/mysql"
    third["mariadb/"] = "store/mysql"; third["zlib.h"] = "base"; third["libdeflate.h"] = "base"
    third["isa-l/"] = "base"
    third["utf8proc.h"] = "base"
    third["openssl/"] = "base"; third["pthread.h"] = "base"

    words(standard, "assert.h ctype.h errno.h float.h inttypes.h limits.h locale.h math.h signal.h stdalign.h" \
        " stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h time.h" \
        " arpa/inet.h dirent.h dlfcn.h fcntl.h fnmatch.h ftw.h getopt.h glob.h grp.h langinfo.h libgen.h netdb.h" \
        " netinet/in.h netinet/tcp.h poll.h pwd.h regex.h sched.h semaphore.h strings.h syslog.h" \
        " sys/file.h sys/ioctl.h sys/mman.h sys/random.h sys/resource.h sys/select.h sys/socket.h sys/stat.h" \
        " sys/statvfs.h sys/time.h sys/types.h sys/uio.h sys/un.h sys/utsname.h sys/wait.h termios.h unistd.h")

    # Calls.
    words(prints, "printf fprintf vprintf vfprintf dprintf vdprintf puts fputs putchar putc fputc fwrite perror psignal")
    words(parses, "strtol strtoul strtoll strtoull strtoimax strtoumax strtod strtof strtold sscanf scanf fscanf")
    instead["strcpy"] = "base/str.h"; instead["strcat"] = "base/str.h"; instead["sprintf"] = "snprintf or base/str.h"
    instead["vsprintf"] = "vsnprintf or base/str.h"; instead["strtok"] = "view_find"; instead["gets"] = "fgets"
    instead["atoi"] = "base/num.h"; instead["atol"] = "base/num.h"; instead["atoll"] = "base/num.h"
    instead["atof"] = "base/num.h"; instead["gmtime"] = "base/date.h or gmtime_r"
    instead["localtime"] = "base/date.h or localtime_r"; instead["ctime"] = "base/date.h"
    instead["asctime"] = "base/date.h"; instead["assert"] = "err_set(e, ERR_BUG, ...): assert is not for run time"
    words(seam, "open openat creat fopen freopen fdopen tmpfile mkstemp read pread readv write pwrite writev fsync" \
        " fdatasync sync rename renameat unlink unlinkat remove rmdir truncate ftruncate mkdir mkdirat mmap time" \
        " clock clock_gettime gettimeofday sleep usleep nanosleep clock_nanosleep getrandom rand srand random" \
        " srandom drand48 rand_r")
}

function words(into, text,    part, n, i)
{
    n = split(text, part, /[ ]+/)
    for (i = 1; i <= n; i++)
        if (part[i] != "")
            into[part[i]] = 1
}

function report(rule, what)
{
    printf "%s:%d: %s: %s\n", FILENAME, FNR, rule, what
    bad = 1
}

# The layer a path below src/ belongs to: "store/sqlite/x.c" -> "store", "source/tmdb/x.h" -> "source/tmdb".
function layer_of(path,    part, n)
{
    n = split(path, part, "/")
    if (n == 1)
        return path == "main.c" ? "main" : ""
    if (part[1] == "source" && n > 2)
        return part[1] "/" part[2]
    return part[1]
}

function folder_of(path)
{
    sub(/\/[^\/]*$/, "", path)
    return path
}

# What kind of file this is: sets in_src, path (below src/), me (its layer), mirrors (of a test: the layer it may
# look into).
function begin_file()
{
    in_comment = 0
    in_src = FILENAME ~ /^src\//
    path = FILENAME
    me = ""
    mirrors = ""
    if (in_src) {
        sub(/^src\//, "", path)
        me = layer_of(path)
        if (!(me in level))
            report("layer", "no layer has this folder: give it one in tools/layers.awk, or move the file")
    } else if (FILENAME ~ /^tests\/unit\//) {
        mirrors = FILENAME
        sub(/^tests\/unit\//, "", mirrors)
        mirrors = layer_of(mirrors)
    }
    if ($0 !~ /^\/[*\/]/)
        report("first-comment", "begin the file with a comment: what it is for, why this way, its limits")
}

# The line without comments, strings and character constants.
function code_of(line,    out, i, n, c, two)
{
    out = ""
    n = length(line)
    for (i = 1; i <= n; i++) {
        two = substr(line, i, 2)
        c = substr(line, i, 1)
        if (in_comment) {
            if (two == "*/") {
                in_comment = 0
                i++
            }
        } else if (two == "/*") {
            in_comment = 1
            i++
        } else if (two == "//") {
            break
        } else if (c == "\"" || c == "'") {
            for (i++; i <= n && substr(line, i, 1) != c; i++)
                if (substr(line, i, 1) == "\\")
                    i++
            out = out c c
        } else {
            out = out c
        }
    }
    return out
}

function check_quoted_include(name,    target)
{
    if (name !~ /\//) {
        if (in_src)
            report("include-path", "write includes from src/: \"" folder_of(path) "/" name "\"")
        return
    }
    target = layer_of(name)
    if (!(target in level)) {
        if (in_src)
            report("include-path", "\"" name "\" is in no layer: write includes from src/")
        return
    }
    if (in_src)
        check_direction(name, target)
    else if (mirrors != "" && target != mirrors && (target in public) && name != public[target])
        report("private-header", "a unit test of " mirrors " may include only \"" public[target] "\" of " target)
}

function check_direction(name, target,    mine, its)
{
    if (target == me) {
        mine = folder_of(path)
        its = folder_of(name)
        if (mine != its && index(mine "/", its "/") != 1 && index(its "/", mine "/") != 1)
            report("layer", mine " and " its " do not know each other: go through " me "/")
        return
    }
    if (me == "report" && target == "store") {
        if (name != public["store"])
            report("private-header", "\"" name "\" is private to store: include \"" public["store"] "\"")
        return
    }
    if (level[target] >= level[me])
        report("layer", me " must not include " target ": includes go only along main -> cli -> etl -> " \
            "{source stage check merge store report} -> model -> base")
    else if (level[target] == 3 && me != "etl")
        report("layer", me " must not include " target ": etl is the only folder that knows its siblings")
    else if ((target in public) && name != public[target])
        report("private-header", "\"" name "\" is private to " target ": include \"" public[target] "\"")
}

function check_system_include(name,    stem, mine)
{
    if (!in_src || (name in standard))
        return
    stem = name
    if (stem ~ /\//)
        sub(/\/.*/, "/", stem)
    if (!(stem in third)) {
        report("third-party", "<" name "> is new here: give it one folder in tools/layers.awk")
        return
    }
    mine = folder_of(path)
    if (index(mine "/", third[stem] "/") != 1)
        report("third-party", "<" name "> belongs to " third[stem] " only: use what that folder offers")
}

function may_touch_system(call)
{
    return path == "base/sys.c" || (path == "base/mem.c" && (call == "write" || call == "mmap")) || \
        ((me == "cli" || me == "main") && (call == "write" || call == "read"))
}

function check_call(call)
{
    if ((call in prints) && me != "cli" && me != "main")
        report("print", call "() outside cli: return struct err or findings, or say it through the interface")
    if (call in instead)
        report("banned", call "() is banned: use " instead[call])
    if ((call in parses) && path != "base/num.c")
        report("banned", call "() is banned outside base/num.c: use base/num.h")
    if ((call in seam) && !may_touch_system(call))
        report("seam", call "() goes past the tests' seam: use base/sys.h")
}

function check_calls(code,    rest, name, at, before)
{
    if (code ~ /setlocale[ \t]*\(.*LC_(NUMERIC|ALL)/)
        report("banned", "setlocale(LC_NUMERIC) changes how numbers are read everywhere: leave it alone")
    if (code ~ /(^|[^A-Za-z0-9_])typedef[ \t]+(struct|union|enum)([^A-Za-z0-9_]|$)/)
        report("typedef", "say `struct x` wherever it is used")
    if (code ~ /(^|[^A-Za-z0-9_])(stderr|stdout)([^A-Za-z0-9_]|$)/ && me != "cli" && me != "main")
        report("print", "stdout and stderr belong to cli")
    if (code ~ /(^|[^A-Za-z0-9_])STD(OUT|ERR)_FILENO([^A-Za-z0-9_]|$)/ && me != "cli" && me != "main" &&
        path != "base/mem.c")
        report("print", "stdout and stderr belong to cli")
    rest = code
    while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
        at = RSTART
        name = substr(rest, RSTART, RLENGTH - 1)
        sub(/[ \t]+$/, "", name)
        before = substr(rest, 1, at - 1)
        if (before !~ /(\.|->)[ \t]*$/) # a member is not the function of that name
            check_call(name)
        rest = substr(rest, RSTART + RLENGTH)
    }
}

FNR == 1 { begin_file() }

{
    line = $0
    code = code_of(line)
}

code ~ /^[ \t]*#[ \t]*include/ {
    if (match(line, /"[^"]*"/))
        check_quoted_include(substr(line, RSTART + 1, RLENGTH - 2))
    else if (match(line, /<[^>]*>/))
        check_system_include(substr(line, RSTART + 1, RLENGTH - 2))
    next
}

in_src { check_calls(code) }

END { exit bad }
