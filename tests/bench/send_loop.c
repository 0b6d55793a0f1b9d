/* The reference for a delivery: one process, COUNT connections, ROUNDS times one send() of SIZE bytes on each.
   Prints the processor time of one send() in microseconds. Usage: send_loop COUNT ROUNDS SIZE */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static double used(void) {
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int count = atoi(argv[1]), rounds = atoi(argv[2]), size = atoi(argv[3]);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    int door = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(door, (struct sockaddr *)&at, sizeof at) || listen(door, count) || getsockname(door, (struct sockaddr *)&at, &length)) return 1;
    int *ends = malloc(sizeof(int) * count);
    pid_t reader = fork();
    if (reader == 0) { /* the other side: connects, then reads until the end */
        char sink[65536];
        for (int i = 0; i < count; i++) {
            ends[i] = socket(AF_INET, SOCK_STREAM, 0);
            if (connect(ends[i], (struct sockaddr *)&at, sizeof at)) _exit(1);
        }
        for (int open = count; open > 0;)
            for (int i = 0; i < count; i++)
                if (ends[i] >= 0 && recv(ends[i], sink, sizeof sink, MSG_DONTWAIT) == 0) { close(ends[i]); ends[i] = -1; open--; }
        _exit(0);
    }
    for (int i = 0; i < count; i++) ends[i] = accept(door, NULL, NULL);
    char *words = malloc(size);
    memset(words, 'a', size);
    double before = used();
    for (int r = 0; r < rounds; r++) {
        for (int i = 0; i < count; i++)
            if (send(ends[i], words, size, 0) != size) return 1;
        usleep(20000); /* as many messages a second as the server is given, so that buffers behave alike */
    }
    printf("%.3f\n", (used() - before) / ((double)rounds * count) * 1e6);
    for (int i = 0; i < count; i++) close(ends[i]);
    waitpid(reader, NULL, 0);
    return 0;
}
