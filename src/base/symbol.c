/*
 * symbol.c: names of functions, read from the files that the code came from.
 *
 * dladdr(3) takes the loader's lock and knows exported names only. _dl_find_object (glibc 2.35)
 * takes none and says which file an address is of; the file's own table has the static functions,
 * too. Its contents are not trusted: each offset is checked against its length.
 */
#include "base/symbol.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>

#include "base/sys.h"

#ifdef DLFO_STRUCT_HAS_EH_DBASE /* then the header has _dl_find_object, too */
static const struct link_map *object_of(uintptr_t pc)
{
    struct dl_find_object found;

    return _dl_find_object((void *)pc, &found) == 0 ? found.dlfo_link_map : NULL;
}
#else
static const struct link_map *object_of(uintptr_t pc)
{
    (void)pc;
    return NULL;
}
#endif

/* `count` objects of `size` bytes at `offset` of the file; NULL: they don't lie in it. */
static const void *part(const symbol_file *f, uint64_t offset, uint64_t count, uint64_t size)
{
    if (size == 0 || offset % 8 != 0 || offset > f->len || count > (f->len - offset) / size)
        return NULL;
    return f->map + offset;
}

/* The table of the wanted kind; NULL: there is none. */
static const ElfW(Shdr) *
    find_table(const symbol_file *f, uint32_t kind, const ElfW(Shdr) * *ret_strings)
{
    const ElfW(Ehdr) *head = part(f, 0, 1, sizeof *head);
    if (!head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0)
        return NULL;
    const ElfW(Shdr) *sections = part(f, head->e_shoff, head->e_shnum, sizeof *sections);
    for (unsigned i = 0; sections && i < head->e_shnum; i++)
        if (sections[i].sh_type == kind && sections[i].sh_link < head->e_shnum) {
            *ret_strings = &sections[sections[i].sh_link];
            return &sections[i];
        }
    return NULL;
}

/* The name at this offset of the strings, if it ends within the file. */
static const char *name_at(const symbol_file *f, const ElfW(Shdr) * strings, uint64_t at)
{
    if (strings->sh_offset > f->len || at >= f->len - strings->sh_offset)
        return NULL;
    const char *name = (const char *)f->map + strings->sh_offset + at;
    return memchr(name, 0, f->len - strings->sh_offset - at) ? name : NULL;
}

static void find_in_table(const symbol_file *f, uint32_t kind, symbol *s)
{
    const ElfW(Shdr) *strings = NULL;
    const ElfW(Shdr) *table = find_table(f, kind, &strings);
    const ElfW(Sym) * symbols;

    if (!table)
        return;
    uint64_t count = table->sh_size / sizeof *symbols;
    symbols = part(f, table->sh_offset, count, sizeof *symbols);
    for (uint64_t i = 0; symbols && i < count; i++) {
        uintptr_t into = s->offset - symbols[i].st_value;
        if (ELF64_ST_TYPE(symbols[i].st_info) == STT_FUNC && symbols[i].st_shndx != SHN_UNDEF &&
            (into < symbols[i].st_size || (into == 0 && symbols[i].st_size == 0))) {
            s->function = name_at(f, strings, symbols[i].st_name);
            s->into = into;
            return;
        }
    }
}

static void use_file(symbol_file *f, const char *path)
{
    if (f->path == path)
        return;
    if (f->map)
        sys_munmap((void *)f->map, f->len);
    f->map = NULL;
    void *map = NULL;
    if (sys_map_file(path, &map, &f->len) == 0)
        f->map = map;
    f->path = path;
}

/* The loader has no name for it. */
static const char *program_path(symbol_file *f)
{
    static const char link[] = "/proc/self/exe";

    if (!f->program[0]) {
        ssize_t len = sys_readlink(link, f->program, sizeof f->program - 1);
        f->program[len > 0 ? len : 0] = 0;
    }
    return f->program[0] ? f->program : link;
}

void symbol_find(symbol_file *file, uintptr_t pc, symbol *ret)
{
    const struct link_map *object = object_of(pc);

    *ret = (symbol){.offset = pc};
    if (!object)
        return;
    ret->offset = pc - object->l_addr;
    ret->path = object->l_name && *object->l_name ? object->l_name : program_path(file);
    use_file(file, ret->path);
    if (!file->map)
        return;
    find_in_table(file, SHT_SYMTAB, ret);
    if (!ret->function)
        find_in_table(file, SHT_DYNSYM, ret); /* of a stripped one */
}

void symbol_file_close(symbol_file *file)
{
    if (file->map)
        sys_munmap((void *)file->map, file->len);
    *file = (symbol_file){0};
}
