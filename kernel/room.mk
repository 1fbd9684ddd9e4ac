sources := start.c options.c option_table.c lifecycle.c sched.c runqueue.c cputime.c interrupt.c divert.c place.c smp.c \
           thread.c tls.c \
           waitq.c mutex.c cond.c semaphore.c rwlock.c waitaddr.c lockorder.c \
           timer.c throttle.c panic.c deadlock.c backtrace.c symbols.c tty.c \
           observe.c report.c report_printf.c tracing.c profile.c thread_report.c suspend.c stop.c \
           pagefault.c tlb.c simd.c \
           tty_input.c netdev.c netdev_report.c \
           blkdev.c blkdev_report.c \
           random.c noise.c stackguard.c
uses := lib arch boot mm xen
headers := option.h thread.h waitq.h mutex.h cond.h semaphore.h \
           rwlock.h waitaddr.h smp.h timer.h lifecycle.h \
           backtrace.h report.h tty.h interrupt.h divert.h netdev.h blkdev.h random.h deadlock.h simd.h
# The compiler's name for it.
exports := __stack_chk_fail
