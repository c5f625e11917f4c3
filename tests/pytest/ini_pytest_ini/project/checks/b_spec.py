def check_six(): pass
