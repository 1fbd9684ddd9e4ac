sources := cpu.c spinlock.c vectors.c stubs.S context.c switch.S divert.S pagetable.c \
           pagerange.c mmu.c lapic.c fpu.c secondary.c secondary_start.S \
           trace.c random.c
uses := lib
headers := atomic.h spinlock.h preempt.h cpu.h vectors.h context.h fpu.h tls.h \
           lockorder.h lapic.h pagetable.h corenote.h counter.h trace.h cpurandom.h
# The compiler's name for it.
exports := __stack_chk_guard
