"""What a dead machine leaves: the files as tests/power/shim.cpp saw them at their last sync, and whatever else chance
let reach the disk. The kernel may write any page at any time, so what was written after a sync survives in part, page
by page; sizes and the folder's names are old or new. Nothing here knows what ride wrote, or in which order."""
import os

PAGE = 4096
BOOT_ID = 40, b"of another boot."  # in a ring's header, docs/journal-format.md


def folder_at_last_sync(disk):
    """{name: inode}; empty where the folder was never synced."""
    try:
        with open(f"{disk}/names", encoding="utf-8") as lines:
            return {name: int(inode) for inode, name in (line[:-1].split(" ", 1) for line in lines)}
    except FileNotFoundError:
        return {}


def load(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def torn(synced, now, share, chance):
    """What was synced, with a share of the pages that were changed since, and one of the two sizes."""
    size = len(now) if chance.random() < share else len(synced)
    out = bytearray(synced[:size].ljust(size, b"\0"))
    for at in range(0, min(size, len(now)), PAGE):
        page = now[at:at + PAGE][:size - at]
        if page != out[at:at + len(page)] and chance.random() < share:
            out[at:at + len(page)] = page
    return bytes(out)


def after_power_loss(journal, disk, survived, share, chance):
    """Fills the folder `survived`. `share`: of what was not synced, how much got to the disk all the same."""
    now = {entry.name: entry.inode() for entry in os.scandir(journal) if entry.is_file(follow_symlinks=False)}
    names = now if chance.random() < share else folder_at_last_sync(disk)
    os.mkdir(survived)
    for name, inode in names.items():
        if name.endswith(("-shm", "-lock")):
            continue  # memory between processes, and a lock: nothing is read from them
        latest = load(f"{journal}/{name}") if now.get(name) == inode else b""
        content = torn(load(f"{disk}/inode.{inode}"), latest, share, chance)
        if "-ring." in name and content[:8] == b"RIDERING":
            content = content[:BOOT_ID[0]] + BOOT_ID[1] + content[BOOT_ID[0] + len(BOOT_ID[1]):]
        with open(f"{survived}/{name}", "wb") as file:
            file.write(content)
