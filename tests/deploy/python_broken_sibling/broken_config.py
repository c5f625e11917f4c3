CONNECTOR = "main"
def unfinished(:
    pass
