# SPDX-License-Identifier: BSD-2-Clause
# debug*.c: of the debug heap, which sdk.mk keeps out of libpith.a.
sources := debugheap.c debugmalloc.c getline.c progname.c \
           string/copy.c string/find.c string/compare.c string/strcpy.c qsort.c \
           wait.c bytes.c pipe.c fifo.c eventfd.c timerfd.c sendfile.c \
           epoll.c epollctl.c termios.c ttyname.c \
           crt.c env.c tls.c exit.c errno.c locks.c malloc.c mman.c \
           fd.c interrupt.c io.c vector.c fdctl.c stat.c files.c dir.c poll.c select.c \
           socket.c sockopen.c sockinet.c inetopt.c sockio.c sockopt.c rights.c \
           unixsock.c unixio.c unixopt.c unixname.c socketpair.c \
           netwait.c inet.c resolve.c nameinfo.c \
           thread.c time.c unistd.c process.c status.c report.c disk.c random.c \
           umask.c path.c names.c mknod.c attributes.c space.c scandirat.c \
           shell.c streamlock.c in6addr.c \
           pthread.c pthread_attr.c pthread_sched.c sched_cpus.c \
           pthread_cancel.c pthread_keys.c pthread_once.c pthread_time.c \
           pthread_mutex.c pthread_mutexattr.c pthread_cond.c \
           pthread_rwlock.c pthread_spin.c pthread_barrier.c \
           semaphore.c semaphore_names.c c11threads.c \
           spawn.c users.c limits.c syslog.c logline.c err.c mallinfo.c \
           identity.c sysconf.c pathconf.c oldtime.c complexl.c sincosl.c mktemp.c \
           sigpost.c sigrun.c sigaction.c sigset.c sigmask.c sigwait.c kill.c \
           signame.c sigjmp.c sigend.c expiry.c itimer.c ptimer.c
# What newlib keeps for hosts that it knows to be POSIX.
vendor := $(addprefix $(NEWLIB)/libc/,posix/glob.c posix/scandir.c \
            posix/ftw.c posix/nftw.c unix/basename.c unix/dirname.c)
# Loads and stores and no calls: with the fewest instructions, and none of them
# made calls to themselves.
$(B)/obj/posix/string/% $(B)/obj-checks/posix/string/%: posix_flags += \
    -fomit-frame-pointer -fno-stack-protector -ffreestanding \
    -fno-tree-loop-distribute-patterns -fno-crossjumping -fno-ivopts
uses := lib mm kernel net fs
headers :=
