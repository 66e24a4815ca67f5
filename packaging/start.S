# Where an executable begins: glibc's start file with the function that calls its constructors, which glibc 2.34 no longer asks for.
        .text
        .globl  _start
        .type   _start, @function
_start:
        xorl    %ebp, %ebp
        movq    %rdx, %r9               # what the dynamic loader wants to be called at the end
        popq    %rsi                    # argc
        movq    %rsp, %rdx              # argv
        andq    $-16, %rsp
        pushq   %rax
        pushq   %rsp                    # the end of the stack
        xorl    %r8d, %r8d              # destructors are the dynamic loader's
        leaq    construct(%rip), %rcx
        leaq    main(%rip), %rdi
        call    *__libc_start_main@GOTPCREL(%rip)
        hlt
        .size   _start, .-_start

# construct(argc, argv, environment): calls all of .init_array with them.
        .type   construct, @function
construct:
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        movq    %rdi, %r12
        movq    %rsi, %r13
        movq    %rdx, %r14
        call    _init
        leaq    __init_array_start(%rip), %rbx
        leaq    __init_array_end(%rip), %r15
1:      cmpq    %r15, %rbx
        jae     2f
        movq    %r12, %rdi
        movq    %r13, %rsi
        movq    %r14, %rdx
        call    *(%rbx)
        addq    $8, %rbx
        jmp     1b
2:      popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        ret
        .size   construct, .-construct
        .hidden __init_array_start
        .hidden __init_array_end
        .section .note.GNU-stack, "", @progbits
