# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
# The second half of pith-cc, which sources it: compiles what is left to
# compile, links twice (the table of function names is made from the first
# link), and writes the files beside the image.

[ ${#inputs[@]} -gt 0 ] || die "no input files"
out=${out:-a.out}
objects=()
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# The file that -lNAME means, never one of this machine's.
find_library() { # NAME
    local directory file=lib$1.a
    [ "${1#:}" = "$1" ] || file=${1#:}
    for directory in "${lib_dirs[@]}" "$lib"; do
        [ ! -r "$directory/$file" ] || {
            objects+=("$directory/$file")
            return
        }
    done
    die "-l$1: no $file for Pith in: ${lib_dirs[*]} $lib"
}

# gcc names dependency files after the output, which here is ours.
depend_args() { # SOURCE
    local stem=${1##*/}
    stem=${stem%.*}
    case " ${cc_args[*]} " in
    *" -MF "*) ;;
    *" -MD "* | *" -MMD "*) printf '%s\0' -MF "$out-$stem.d" -MT "$stem.o" ;;
    esac
}

compile_source() { # LANGUAGE FILE OBJECT
    local depend
    mapfile -d '' depend < <(depend_args "$2")
    "$gcc" "${compile_flags[@]}" "${cc_args[@]}" "${depend[@]}" \
        -x "$1" -c "$2" -o "$3"
    objects+=("$3")
}

take_inputs() {
    local n=0 input rest
    for input in "${inputs[@]}"; do
        case $input in
        source:*)
            n=$((n + 1)) rest=${input#source:}
            compile_source "${rest%%:*}" "${rest#*:}" "$tmp/$n.o" ;;
        -l*) find_library "${input#-l}" ;;
        *) objects+=("$input") ;;
        esac
    done
    [ -z "$debug_heap" ] || objects+=("$lib/debug-heap.o")
}

# The image's name, which kernel/options.c makes argv[0].
compile_name() {
    printf '\t.data\n\t.globl kernel_program_name\n%s\t.asciz "%s"\n' \
        'kernel_program_name:' \
        "$(basename "$out" | sed 's/[\\"]/\\&/g')" > "$tmp/name.S"
    echo '	.section .note.GNU-stack, "", @progbits' >> "$tmp/name.S"
    "$gcc" "${target_flags[@]}" -c "$tmp/name.S" -o "$tmp/name.o"
    objects+=("$tmp/name.o")
}

link_once() { # OUT BUILD-ID KSYMS-OBJECT OPTIONS...
    local image=$1 id=$2 names=$3
    shift 3
    "$gcc" "${target_flags[@]}" "${cc_args[@]}" -nostdlib -static-pie \
        -Wl,-z,noexecstack -Wl,-z,pack-relative-relocs \
        -Wl,-z,max-page-size=4096 -Wl,--build-id=0x"$id" -Wl,--gc-sections \
        -Wl,--no-warn-rwx-segments -Wl,-T,"$lib/pith.lds" \
        $(sed 's/^/-Wl,-u,/' "$lib/roots") "$@" "${objects[@]}" ${names:+"$names"} \
        -Wl,--start-group "$lib/lib$pith.a" "$lib/libc.a" "$lib/libm.a" \
        "$("$gcc" -print-libgcc-file-name)" -Wl,--end-group -o "$image"
}

# For each symbol that is nowhere: what to do instead, if $lib/hints knows.
explain() {
    local symbol pattern hint
    sed -n "s/.*undefined reference to \`\([^']*\)'.*/\1/p" "$1" | sort -u |
        while read -r symbol; do
            while IFS='|' read -r pattern hint; do
                # shellcheck disable=SC2053 # the patterns are patterns
                if [[ $symbol == $pattern ]]; then
                    echo "pith-cc: $symbol: $hint" >&2
                    break
                fi
            done < <(grep -v '^#' "$lib/hints")
        done
}

link_or_explain() {
    if ! link_once "$@" 2> "$tmp/messages"; then
        cat "$tmp/messages" >&2
        explain "$tmp/messages"
        exit 1
    fi
    cat "$tmp/messages" >&2
}

check_relocations() { # IMAGE
    local symbols
    # boot/relocate.c adds the image's address where the image has one, no more.
    if readelf -rW "$1" | grep R_X86_64_ | grep -v R_X86_64_RELATIVE; then
        die "the image needs relocations of other kinds than R_X86_64_RELATIVE"
    fi
    symbols=$(nm "$1")
    if grep -q ' __libc_start_main\| __isoc99_' <<< "$symbols"; then
        die "an object or library was compiled for Linux"
    fi
}

# What a guest of this image needs: it, what boot and heap take, and a MiB.
memory_mb() { # IMAGE
    local bytes
    bytes=$(($(size -A -d "$1" | awk '/^\./ { n += $2 } END { print n }')))
    echo $(((bytes >> 20) + 32))
}

write_cfg() { # IMAGE
    local name
    name=$(basename "$1")
    cat > "$1.cfg" <<END
# Sample configuration for xl: xl create -c $name.cfg
name = "$name"
type = "pvh"
kernel = "$(readlink -f "$1")"
memory = $(memory_mb "$1")
vcpus = 1
# cmdline = "pith.ip=dhcp -- first-argument"
# vif = ["bridge=xenbr0"]
# disk = ["format=raw,vdev=xvda,access=rw,target=/path/to/disk.img"]
# ramdisk = "/path/to/files.cpio"
on_poweroff = "destroy"
on_reboot = "restart"
on_crash = "destroy"
END
}

# The build ID comes from what is loaded, and not, as the linker would have it,
# from the debugging data too: that names directories.
link_image() {
    local none=0000000000000000000000000000000000000000 id
    link_or_explain "$tmp/first" $none ""
    check_relocations "$tmp/first"
    strip -o "$tmp/loaded" "$tmp/first"
    id=$(sha1sum < "$tmp/loaded")
    # The table of names lies behind everything it names, so the addresses of
    # the first link hold in the second.
    "$lib/ksyms" "$tmp/first" > "$tmp/ksyms.S"
    "$gcc" "${target_flags[@]}" -c "$tmp/ksyms.S" -o "$tmp/ksyms.o"
    link_once "$tmp/second" "${id%% *}" "$tmp/ksyms.o" \
        -Wl,-Map,"$tmp/map" > /dev/null 2>&1 || die "the second link failed"
    "$lib/ksyms" "$tmp/second" | cmp -s - "$tmp/ksyms.S" ||
        die "two links of the same objects differ"
    strip -o "$out" "$tmp/second"
    cp "$tmp/second" "$out.debug"
    cp "$tmp/map" "$out.map"
    write_cfg "$out"
}

take_inputs
compile_name
link_image
