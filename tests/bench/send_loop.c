/* The reference for a delivery: one process that accepts COUNT connections and writes the bytes of its standard input to each, ROUNDS times, by send().
   Prints the port that it listens on, and at the end the processor time of one send() in microseconds. Usage: send_loop COUNT ROUNDS PAUSE_US */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static double used(void) {
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int count = atoi(argv[1]), rounds = atoi(argv[2]), pause = atoi(argv[3]);
    static char words[65536];
    size_t size = fread(words, 1, sizeof words, stdin);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    int door = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(door, (struct sockaddr *)&at, sizeof at) || listen(door, count) || getsockname(door, (struct sockaddr *)&at, &length)) return 1;
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    int *ends = malloc(sizeof(int) * count);
    for (int i = 0; i < count; i++) ends[i] = accept(door, NULL, NULL);
    usleep(200000);
    double before = used();
    for (int r = 0; r < rounds; r++) {
        for (int i = 0; i < count; i++)
            if (send(ends[i], words, size, 0) != (ssize_t)size) return 1;
        usleep(pause); /* as many messages a second as the server is given, so that buffers and readers behave alike */
    }
    printf("%.3f\n", (used() - before) / ((double)rounds * count) * 1e6);
    return 0;
}
